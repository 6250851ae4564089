import { archives } from './archives.ts'
import { pushes } from './pushes.ts'
import type { Check } from './report.ts'

/** "Images, to the end", paragraph by paragraph. */
export const step3: readonly Check[] = [archives, pushes]
