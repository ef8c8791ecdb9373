import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  id: string
  impact: string | null
  help: string
  nodes: { target: unknown; failureSummary?: string }[]
}

/** Fails on every serious or critical finding of axe on the screen as it is. Frames of mail are the sender's, not ours; `rules`: only these. */
export async function expectAccessible(
  page: Page,
  screen: string,
  rules: readonly string[] = [],
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  // over the debugger: the page's policy rightly refuses foreign scripts
  await session.send('Runtime.evaluate', { expression: axeSource })
  const only = rules.length > 0 ? `, runOnly: ${JSON.stringify(rules)}` : ''
  const answer = await session.send('Runtime.evaluate', {
    expression: `axe.run({ exclude: [['iframe']] }, { iframes: false, resultTypes: ['violations']${only} }).then((r) => JSON.stringify(r.violations))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await session.detach()
  const findings = JSON.parse(String(answer.result.value)) as Finding[]
  const grave = findings.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const told = grave.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((node) => `    ${JSON.stringify(node.target)} ${node.failureSummary ?? ''}`).join('\n')}`,
  )
  // soft: one run tells of every screen
  expect.soft(told, `axe on ${screen}`).toEqual([])
}

/** Turns the system's theme, and waits until the whole page wears it: on a busy machine that is some frames later. */
export async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.locator(`.v-application.v-theme--${colorScheme}`).waitFor({ state: 'attached' })
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    // one that is paused, or has no end, is none of a theme
    const moving = document.getAnimations().map(({ finished }) => finished)
    await Promise.race([Promise.allSettled(moving), new Promise((done) => setTimeout(done, 500))])
  })
}

/** Fails when the page is wider than its window, or its main part cannot be reached by scrolling. */
export async function expectNoOverflow(page: Page, screen: string): Promise<void> {
  const over = await page.evaluate(() => {
    const main = document.querySelector('main')
    // words that do not break reach further than the box they stand in
    const reach = (element: Element): number => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return Math.max(element.getBoundingClientRect().right, range.getBoundingClientRect().right)
    }
    return {
      body: document.documentElement.scrollWidth - window.innerWidth,
      main: main ? main.scrollWidth - main.clientWidth : 0,
      // what reaches out of the main part, so that it is found without a picture
      out:
        main && main.scrollWidth > main.clientWidth
          ? [...main.querySelectorAll('*')]
              .filter((element) => reach(element) > main.getBoundingClientRect().right)
              .filter((element, _, all) => !all.some((other) => other !== element && element.contains(other)))
              .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`)
              .slice(0, 8)
          : [],
    }
  })
  expect.soft(over, `overflow of ${screen}`).toEqual({ body: 0, main: 0, out: [] })
}

/** What a person presses, types into or follows, and can see. */
const CONTROLS = `(() => {
  const found = [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [tabindex]')]
  return found.filter((element) => {
    if (element.disabled || element.closest('[inert], [aria-hidden=true], iframe')) return false
    if (!element.checkVisibility({ visibilityProperty: true })) return false
    const { width, height } = element.getBoundingClientRect()
    return width > 1 && height > 1 && !element.classList.contains('skip') && element.id !== 'page'
  })
})()`

/**
 * Fails when Tab does not get to a control, or the focus cannot be seen there. Controls with tabindex -1 are reached by
 * the arrow keys of the box they are in (tabs, trees, lists). `part`: `main` leaves out the frame around the page.
 */
export async function expectTabbable(
  page: Page,
  screen: string,
  part: 'body' | 'main' = 'body',
): Promise<void> {
  const controls = `${CONTROLS}.filter((element) => element.closest('${part}'))`
  const count = await page.evaluate(`(() => {
    window.tabbed = new Set()
    window.unseen = new Set()
    const told = (element) => (element.ariaLabel ?? element.textContent ?? '').trim().slice(0, 60) || element.outerHTML.slice(0, 90)
    window.toldOf = told
    window.onTab = ({ target }) => {
      window.tabbed.add(target)
      if (target.id === 'page' || target === document.body) return
      const shown = [target, target.parentElement, target.closest('.v-field, .v-selection-control')].filter(Boolean)
      const rings = shown.map((element) => getComputedStyle(element))
      const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
      // a box whose rows would hide its ring has it drawn above them
      const above = (element) => parseFloat(getComputedStyle(element, '::after').borderTopWidth) > 0
      if (!rings.some(ring) && !shown.some(above)) window.unseen.add(told(target))
    }
    document.addEventListener('focusin', window.onTab)
    document.querySelector('${part}').tabIndex = -1
    document.querySelector('${part}').focus()
    return ${controls}.length
  })()`)
  for (let at = 0; at < Number(count) + 6; at++) await page.keyboard.press('Tab')
  const missed = await page.evaluate(`(() => {
    document.removeEventListener('focusin', window.onTab)
    document.activeElement?.blur()
    document.body.removeAttribute('tabindex')
    // one stop of Tab for a group whose others have the arrow keys; radio buttons are such a group by themselves
    const roving = (element) => element.tabIndex < 0 && element.closest('[role=tablist], [role=tree], [role=listbox], [role=radiogroup], [role=grid], [role=application]')
    const radio = (element) => element.type === 'radio'
    const left = ${controls}.filter((element) => !window.tabbed.has(element) && !roving(element) && !radio(element))
    return {
      missed: left.filter((element) => element.tabIndex >= 0 || element.tagName === 'BUTTON').map(window.toldOf),
      unseen: [...window.unseen],
    }
  })()`)
  expect.soft(missed, `keyboard on ${screen}`).toEqual({ missed: [], unseen: [] })
}

/** Fails when a control cannot be scrolled to a place where it can be pressed: cut off, or under something else. */
export async function expectReachable(page: Page, screen: string): Promise<void> {
  const covered = await page.evaluate(`${CONTROLS}.filter((element) => {
    element.scrollIntoView({ block: 'center', inline: 'center' })
    const box = element.getBoundingClientRect()
    const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    return !(there && (element.contains(there) || there.contains(element) || there.closest('label')?.contains(element) || element.closest('.v-input')?.contains(there)))
  }).map((element) => (element.ariaLabel ?? element.textContent ?? '').trim().slice(0, 60) || element.outerHTML.slice(0, 90))`)
  expect.soft(covered, `what cannot be pressed on ${screen}`).toEqual([])
}

/** The rail's entry of a screen. */
export function railLink(page: Page, name: string): Locator {
  return page.getByRole('navigation').getByRole('link', { name: new RegExp(`${name}$`) })
}

export function rows(page: Page): Locator {
  return page.getByRole('listbox').getByRole('option')
}

/** Opens the sample from the first screen and waits until everything is read. */
export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try with a sample backup' }).click()
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor({ timeout: 60_000 })
  await page.getByText('Everything read').waitFor({ timeout: 60_000 })
}

/** Opens one folder of an account in the tree of Mail. */
export async function openFolder(page: Page, account: RegExp, folder: RegExp): Promise<void> {
  await railLink(page, 'Mail').click()
  const line = page.getByRole('treeitem', { name: account })
  await line.click()
  await page.getByRole('treeitem', { name: folder }).first().click()
  await rows(page).first().waitFor()
}
