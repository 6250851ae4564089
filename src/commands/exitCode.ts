/** 0 done, 1 error or an incomplete check, 2 changes (where requested), 130 after Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130
