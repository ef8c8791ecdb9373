/**
 * No query went along `state_place` (states are read by item); building it took a twentieth of the sorting. Lists of an account and of
 * everything by date have their index from the beginning: without it each page of a catalog that is still filling sorted all its rows.
 */
export const sql003 = `
DROP INDEX IF EXISTS state_place;
CREATE INDEX IF NOT EXISTS item_account_date ON item(account, deleted, date) WHERE type NOT IN (0,1,2,3,9,11,12,16);
CREATE INDEX IF NOT EXISTS item_all_date ON item(deleted, date) WHERE type NOT IN (0,1,2,3,9,11,12,16);
`
