import { broken } from './broken.ts'
import { canaries } from './canaries.ts'
import { figures } from './figures.ts'
import { first } from './first.ts'
import { kills } from './kills.ts'
import { mutations } from './mutations.ts'
import { outages } from './outages.ts'
import type { Check } from './report.ts'

/** "The first real apply", paragraph by paragraph. */
export const step1: readonly Check[] = [first, mutations, kills, outages, broken, canaries, figures]
