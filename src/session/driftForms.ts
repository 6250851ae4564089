/** The forms of a report of drift; known to `--help`, which loads nothing else of it. */
export const DRIFT_FORMS = ['text', 'json', 'markdown', 'html', 'prometheus'] as const
export type DriftForm = (typeof DRIFT_FORMS)[number]
