/** No query went along it: states are read by item. Building it took a twentieth of the sorting. */
export const sql003 = `
DROP INDEX IF EXISTS state_place;
`
