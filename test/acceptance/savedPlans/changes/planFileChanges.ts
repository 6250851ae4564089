import { readFile, writeFile } from 'node:fs/promises'
import type { Change } from './change.ts'

const onPlan = (name: string, reason: RegExp, edit: (text: string) => string, isSample = false): Change => ({
  name,
  reason,
  isSample,
  make: async (_fixture, plan) => {
    const text = await readFile(plan, 'utf8')
    if (edit(text) === text) throw new Error('the edit changes nothing')
    await writeFile(plan, edit(text))
    return undefined
  },
})

/** In the saved plan itself. */
export const planFileChanges: readonly Change[] = [
  onPlan('the plan file: consent added', /edited or damaged/, (text) =>
    text.replace('"acceptDataLoss": []', '"acceptDataLoss": ["bucket/spacelift-run-logs"]'),
  ),
  onPlan('the plan file: a wider scope', /edited or damaged/, (text) => text.replace('"exclude": []', '"exclude": ["image"]')),
  onPlan('the plan file: a new id, to apply it twice', /edited or damaged/, (text) =>
    text.replace(/"id": "[^"]*"/, '"id": "00000000-0000-4000-8000-000000000000"'),
  ),
  onPlan('the plan file: another planned value', /edited or damaged/, (text) => text.replace('77', '7'), true),
  onPlan('the plan file: truncated', /is not a saved plan, or is incomplete/, (text) => text.slice(0, -200)),
  onPlan('the plan file: another format', /in a format that groundcrew \S+ cannot read/, (text) =>
    text.replace('"format": 1', '"format": 2'),
  ),
  onPlan('the plan file: replaced by another file', /is not a saved plan/, () => 'version: v3.0.0\n'),
]
