import { charts } from './charts.ts'
import { guideMade } from './guideMade.ts'
import { helmStates } from './helmStates.ts'
import { kinds } from './kinds.ts'
import { objects } from './objects.ts'
import { oneStory } from './oneStory.ts'
import { orphan } from './orphan.ts'
import type { Check } from './report.ts'
import { restarts } from './restarts.ts'
import { waits } from './waits.ts'

/** "The release, to the end", paragraph by paragraph. */
export const step4: readonly Check[] = [objects, kinds, guideMade, oneStory, orphan, helmStates, restarts, waits, charts]
