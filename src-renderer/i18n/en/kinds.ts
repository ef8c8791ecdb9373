/** Every kind of problem: its name, what it means, what to do. */
export const kinds = {
  'kind.blob-missing.title': 'Message missing',
  'kind.blob-missing.meaning':
    'An item names a message whose file is not in this copy. For contacts and appointments this can be normal, for messages it is a loss.',
  'kind.blob-missing.next':
    'Look for the file in another copy of the backup, or on the volume where blobs are kept externally.',
  'kind.blob-empty.title': 'Message file empty',
  'kind.blob-empty.meaning':
    'The file is there with 0 bytes: the copy or the disk broke off before its content was written.',
  'kind.blob-empty.next': 'Copy the file again from the original, or take it from an older copy.',
  'kind.blob-not-gzip.title': 'Message file is something else',
  'kind.blob-not-gzip.meaning':
    'The file is not compressed as the backup writes it; its beginning was overwritten, or it is another file.',
  'kind.blob-not-gzip.next':
    'Take the file from another copy. What is in it is exported to “Damaged” as it is.',
  'kind.blob-truncated.title': 'Message cut off',
  'kind.blob-truncated.meaning': 'The file ends too early. What comes before the break can be read.',
  'kind.blob-truncated.next':
    'Take the file from another copy. An export saves the readable beginning in “Damaged”.',
  'kind.blob-corrupt.title': 'Message damaged',
  'kind.blob-corrupt.meaning': 'Bytes inside of the file are wrong: its own checksum does not fit.',
  'kind.blob-corrupt.next':
    'Take the file from another copy, and check the disk. An export saves what is readable in “Damaged”.',
  'kind.blob-digest-mismatch.title': 'Message does not fit its name',
  'kind.blob-digest-mismatch.meaning':
    'The file is whole by its checksum, but its content is not the one its name promises.',
  'kind.blob-digest-mismatch.next':
    'Read the message before you trust it. An export puts it in “Damaged” and lists it.',
  'kind.blob-double-gzip.title': 'Message compressed twice',
  'kind.blob-double-gzip.meaning':
    'A known fault of older releases. The content is whole, and Lifeboat reads it.',
  'kind.blob-double-gzip.next':
    'Nothing for an export. The server’s coherency check repairs such files with “fixDoubleGzip fix”.',
  'kind.blob-misplaced.title': 'Message in the wrong folder',
  'kind.blob-misplaced.meaning':
    'The file lies in another folder than its name says. Lifeboat finds it, a server would not.',
  'kind.blob-misplaced.next':
    'Nothing for an export. Before a restore on a server the file must be moved to its folder.',
  'kind.blob-unreadable.title': 'Message may not be read',
  'kind.blob-unreadable.meaning': 'The system refused to read the file: rights, or a fault of the disk.',
  'kind.blob-unreadable.next':
    'See the remedy named for its owner. With a fault of the disk, copy the disk first with a rescue tool.',
  'kind.blob-orphan.title': 'Unclaimed message',
  'kind.blob-orphan.meaning': 'A message that no readable metadata names. Its content is whole.',
  'kind.blob-orphan.next':
    'See “Unclaimed”: the messages are there by their likely owner and can be exported.',
  'kind.metadata-unreadable.title': 'Metadata may not be read',
  'kind.metadata-unreadable.meaning':
    'The system refused to read an item’s file. Its message may show as unclaimed.',
  'kind.metadata-unreadable.next': 'See the remedy named for its owner, then read again.',
  'kind.metadata-empty.title': 'Metadata empty',
  'kind.metadata-empty.meaning':
    'An item’s file has 0 bytes: folder, flags and history of this item are lost.',
  'kind.metadata-empty.next':
    'Its message, if there was one, is in “Unclaimed”. Another copy may have the file.',
  'kind.metadata-broken.title': 'Metadata torn',
  'kind.metadata-broken.meaning': 'An item’s file is not complete. What stands before the break was read.',
  'kind.metadata-broken.next': 'Check the item’s folder and date. Another copy may have the whole file.',
  'kind.account-info-broken.title': 'Account data unreadable',
  'kind.account-info-broken.meaning':
    'Name and settings of the account could not be read; its mail is not touched by this.',
  'kind.account-info-broken.next':
    'Check the name that Lifeboat guessed from the mail before you export by account.',
  'kind.id-mismatch.title': 'Item in the wrong place',
  'kind.id-mismatch.meaning': 'An item’s file tells another id than its name and folder do.',
  'kind.id-mismatch.next': 'Lifeboat goes by the place. Compare with another copy if it matters.',
  'kind.link.title': 'Link',
  'kind.link.meaning': 'A link inside of the backup path. Lifeboat does not follow links out of it.',
  'kind.link.next': 'If mail lies behind it, open the folder it points to as a backup path of its own.',
  'kind.unexpected-file.title': 'Unexpected file',
  'kind.unexpected-file.meaning':
    'A file that does not belong to a backup path, often left by the file manager or the copy.',
  'kind.unexpected-file.next': 'Nothing. It was not read.',
  'kind.case-folded.title': 'Copied without upper and lower case',
  'kind.case-folded.meaning':
    'Folders that differ only in upper and lower case were merged, because the disk does not tell them apart.',
  'kind.case-folded.next':
    'Nothing for an export. For a restore, copy again to a disk with a case-sensitive file system.',
  'kind.lmtp-line-too-long.title': 'Line too long for delivery',
  'kind.lmtp-line-too-long.meaning':
    'The message has a line over 10,240 bytes. A server with its usual setting refuses to restore it.',
  'kind.lmtp-line-too-long.next':
    'Nothing for an export. Before a restore, set zimbra_lmtp_validate_messages to false on the server.',
} as const
