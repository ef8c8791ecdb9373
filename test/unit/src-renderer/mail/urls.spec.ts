import { expect, it } from 'vitest'
import { attachmentUrl, messageUrl } from '../../../../src-renderer/components/mail/preview/urls.ts'

it('what is saved is what is seen: the chosen state, else the time of the view, else now', () => {
  expect(messageUrl('c', 'i5', { state: null, at: null })).toBe('/message/c/i5.eml')
  expect(messageUrl('c', 'i5', { state: null, at: 1_767_355_200_000 })).toBe(
    '/message/c/i5.eml?at=1767355200000',
  )
  expect(messageUrl('c', 'i5', { state: 0, at: 1_767_355_200_000 })).toBe('/message/c/i5.eml?state=0')
  expect(attachmentUrl('c', 'i5', 2, { state: null, at: 7 })).toBe('/attachment/c/i5/2?at=7')
})
