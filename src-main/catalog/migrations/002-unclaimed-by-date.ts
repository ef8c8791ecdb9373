/** Unclaimed mail of all owners together is listed by date: 001 had an index for one owner at a time only. */
export const sql002 = `
CREATE INDEX content_unclaimed_date ON content(date) WHERE claims = 0;
`
