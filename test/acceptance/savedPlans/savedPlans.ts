import { readFile, stat } from 'node:fs/promises'
import type { Check, Report } from '../support/report.ts'
import { Bench } from './bench.ts'
import type { Change } from './changes/change.ts'
import { here } from './changes/here.ts'
import { inThePlan } from './changes/inThePlan.ts'
import { onServers } from './changes/onServers.ts'
import { firstApply } from './firstApply.ts'
import { guards } from './guards.ts'
import { once } from './once.ts'
import { options } from './options.ts'

export const savedPlans: Check = {
  name: 'saved-plans',
  about: 'a saved plan is applied once, as it was approved, or refused with what changed since; it holds no secret',
  async run(report, isQuick) {
    await using bench = await Bench.open()
    await holdsNoSecret(report, bench)
    const changes = [...here, ...inThePlan, ...onServers].filter(({ isSample }) => !isQuick || isSample)
    for (const change of changes) await refuses(report, bench, change)
    await options(report, bench, isQuick)
    if (!isQuick) await guards(report, bench)
    await once(report, bench, isQuick)
    if (!isQuick) await firstApply(report)
  },
}

async function holdsNoSecret(report: Report, bench: Bench): Promise<void> {
  await report.line('a saved plan is for its owner alone, and holds no canary: plain, base64, hex or url-encoded', async () => {
    const plan = await bench.save()
    const mode = (await stat(plan)).mode & 0o777
    if (mode !== 0o600) throw new Error(`its mode is ${mode.toString(8)}`)
    const text = await readFile(plan, 'utf8')
    if (!text.includes('spacelift-server')) throw new Error('it does not even hold the change of a secret')
    bench.planted.canaries.expectNone('the plan', text)
    return `mode 600, ${bench.planted.canaries.count} canaries, ${text.length} bytes`
  })
}

async function refuses(report: Report, bench: Bench, { name, reason, touches = [], make }: Change): Promise<void> {
  await report.line(`refused after a change of ${name}`, async () => {
    const plan = await bench.save()
    let told = ''
    await bench.restoring(touches, async () => {
      const made = await make(bench, plan)
      try {
        const { stderr } = await bench.refused(plan, reason, made ?? {})
        told = (/Changed since it was made: .*/.exec(stderr) ?? /Error: .*/.exec(stderr))?.[0] ?? ''
      } finally {
        await made?.undo?.()
      }
    })
    return told
  })
}
