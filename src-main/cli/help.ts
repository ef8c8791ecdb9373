/** Words of the help that several commands share. */
export const JSON_HELP = 'print exactly one JSON document on stdout'
export const DATA_HELP = "Lifeboat's own data folder (default: the platform's)"
export const PATH_HELP = 'the Backup Path: the folder that holds accounts/ and items/'
export const AT_HELP = 'show everything as it was then: ISO, local time unless marked'
export const DELETED_HELP = 'deleted items: hide, show or only'
export const EXIT_CODES = `
Exit codes:
  0    done
  1    done, with failures listed
  2    the command line is wrong, or what it names cannot be used
  3    not a backup path, or unreadable
  4    connection or host key refused
  130  stopped; the same command goes on where it was`
