/** The formats of a drift report. A file of its own: `--help` needs nothing else of it. */
export const DRIFT_FORMS = ['text', 'json', 'markdown', 'html', 'prometheus'] as const
export type DriftForm = (typeof DRIFT_FORMS)[number]
