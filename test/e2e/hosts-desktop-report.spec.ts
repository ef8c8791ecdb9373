import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyReport } from '../../src-main/recovery/report/verify.ts'
import { temporaryFolder } from '../support/index.ts'
import { railLink } from './screens/support.ts'
import { canRunElectron, launchElectronApp } from './support/app.ts'

describe.skipIf(!canRunElectron())('the report in the desktop window (needs Electron and a display)', () => {
  it('is written as a page, as JSON and as a PDF', async () => {
    const app = await launchElectronApp({ size: { width: 1280, height: 800 } })
    const { page } = app
    await railLink(page, 'Case').click()
    await page.getByRole('button', { name: 'Open a case' }).click()
    const opening = page.getByRole('dialog', { name: 'Open a case' })
    await opening.getByLabel('Name of the case').fill('The server burned')
    await opening.getByRole('button', { name: 'Open a case' }).click()
    await page.getByRole('heading', { level: 1, name: 'The server burned' }).waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Report', exact: true }).click()

    const folder = temporaryFolder('report')
    const dialog = page.getByRole('dialog').filter({ hasText: 'Report' })
    await dialog.getByLabel('Folder').fill(folder)
    await dialog.getByLabel('File name').fill('report.html')
    await dialog.getByRole('button', { name: 'Write the report' }).click()
    await dialog.getByText('Written and verified').waitFor()
    await app.screenshot('report')

    const pdf = readFileSync(join(folder, 'report.pdf'))
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.subarray(-1024).toString('latin1')).toContain('%%EOF')
    expect(pdf.length).toBeGreaterThan(5000)
    expect(verifyReport(join(folder, 'report.html'))).toMatchObject({ ok: true })
    await app.close()
  })
})
