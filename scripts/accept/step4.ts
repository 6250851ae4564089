import { objects } from './objects.ts'
import type { Check } from './report.ts'

/** "The release, to the end", paragraph by paragraph. */
export const step4: readonly Check[] = [objects]
