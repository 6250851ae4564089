import { driftOutages } from './driftOutages.ts'
import { driftReport } from './driftReport.ts'
import { otherLayers } from './otherLayers.ts'
import type { Check } from './report.ts'
import { shipped } from './shipped.ts'

/** "The drift report", paragraph by paragraph. */
export const step5: readonly Check[] = [driftReport, otherLayers, driftOutages, shipped]
