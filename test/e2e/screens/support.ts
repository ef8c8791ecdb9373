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

/** Fails on every serious or critical finding of axe on the screen as it is. Frames of mail are the sender's, not ours. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  // over the debugger: the page's policy rightly refuses foreign scripts
  await session.send('Runtime.evaluate', { expression: axeSource })
  const answer = await session.send('Runtime.evaluate', {
    expression: `axe.run({ exclude: [['iframe']] }, { iframes: false, resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations))`,
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

/** Fails when the page is wider than its window, or its main part cannot be reached by scrolling. */
export async function expectNoOverflow(page: Page, screen: string): Promise<void> {
  const over = await page.evaluate(() => {
    const main = document.querySelector('main')
    return {
      body: document.documentElement.scrollWidth - window.innerWidth,
      main: main ? main.scrollWidth - main.clientWidth : 0,
    }
  })
  expect.soft(over, `overflow of ${screen}`).toEqual({ body: 0, main: 0 })
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
