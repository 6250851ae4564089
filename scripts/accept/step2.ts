import { bench } from './bench.ts'
import { broken } from './broken.ts'
import { crashes } from './crashes.ts'
import { drift } from './drift.ts'
import { operators } from './operators.ts'
import type { Check } from './report.ts'
import { savedPlans } from './savedPlans.ts'
import { stateFiles } from './stateFiles.ts'
import { watch } from './watch.ts'

/** "Sure-footed", paragraph by paragraph. */
export const step2: readonly Check[] = [crashes, stateFiles, operators, savedPlans, watch, drift, broken, bench]
