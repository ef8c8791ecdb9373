/** All the page is given: a way to ask for its port to the engine, and the path of what a person drops on the window. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'

ipcRenderer.on('lifeboat-port', (event) => {
  window.postMessage('lifeboat-port', window.location.origin, event.ports)
})

contextBridge.exposeInMainWorld('lifeboat', {
  connect: () => ipcRenderer.send('lifeboat-connect'),
  pathOf: (file: File) => webUtils.getPathForFile(file),
})
