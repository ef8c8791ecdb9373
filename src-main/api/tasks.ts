import { os } from './implementer.ts'

export const tasksRouter = os.tasks.router({
  list: os.tasks.list.handler(({ context: { engine } }) => engine.tasks.list()),
  watch: os.tasks.watch.handler(({ context: { engine }, signal }) => engine.tasks.watch(signal)),
  stop: os.tasks.stop.handler(({ context: { engine }, input }) => engine.tasks.stop(input.id)),
  pause: os.tasks.pause.handler(({ context: { engine }, input }) => engine.tasks.pause(input.id)),
  resume: os.tasks.resume.handler(({ context: { engine }, input }) => engine.tasks.resume(input.id)),
  dismiss: os.tasks.dismiss.handler(({ context: { engine }, input }) => engine.tasks.dismiss(input.id)),
})
