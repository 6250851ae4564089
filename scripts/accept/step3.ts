import { archives } from './archives.ts'
import type { Check } from './report.ts'

/** "Images, to the end", paragraph by paragraph. */
export const step3: readonly Check[] = [archives]
