import { setTimeout as sleep } from 'node:timers/promises'
import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { podsOf, revision, rolledOut } from '../../support/workloads.ts'
import { CANARY, type ObjectDrift } from './drift.ts'

/** Lets somebody do it, then: the plan finds it, says who and what restarts; the apply does just that; the next plan is empty. */
export async function foundAndRepaired(report: Report, site: LabInstallation, file: string, drift: ObjectDrift): Promise<void> {
  const isFine = await report.line(`${drift.object}: ${drift.name}`, async () => {
    await drift.change(site)
    await rolledOut(site)
    const [before, pods] = [await revision(site), await podsOf(site)]
    const plan = expectExit(await site.plan('-f', file), 2)
    expectFound(plan.stdout, drift)
    const announced = /^Restarts: (.*)\.$/m.exec(plan.stdout)?.[1] ?? ''
    const named = announced === 'none' ? [] : announced.split(', ').map((one) => one.replace(/ \(.*/, ''))
    expectSame(named, drift.restarts ?? [])
    const apply = expectExit(await site.apply('-f', file), 0)
    await noSecretIn(site, plan.stdout, apply.stdout)
    await sleep(300)
    expectSame(await replaced(site, pods), named)
    expectSame((await revision(site)) > before, drift.isOwned ?? false)
    expectText(expectExit(await site.plan('-f', file), 0).stdout, 'No changes.')
    return `${named.length === 0 ? 'no restart' : `restarts ${named.join(', ')}`}, ${drift.isOwned ? 'upgraded' : 'no new revision'}`
  })
  // The next drift is judged by itself.
  if (!isFine) await site.apply('-f', file)
}

/** Neither these texts nor anything that is kept holds what somebody, or a chart, keeps secret. */
export async function noSecretIn(site: LabInstallation, ...texts: readonly string[]): Promise<void> {
  for (const text of [...texts, JSON.stringify(await site.readState()), JSON.stringify(await site.journals())])
    if (text.includes(CANARY)) throw new Error(`a secret shows in:\n${text}`)
}

/** The object is named, the field below it, and who did it. */
function expectFound(text: string, { object, shows, by }: ObjectDrift): void {
  const start = text.indexOf(` ${object}`)
  if (start < 0) throw new Error(`${object} is not named in:\n${text}`)
  const block = text.slice(text.lastIndexOf('\n', start) + 1).split(/\n {6}[~+-] |\n\n/)[0] ?? ''
  expectText(block, shows)
  if (by !== undefined) expectText(block, `drifted, ${by}`)
  else if (/drifted, (?!helm)/.test(block) && !/order/.test(block)) throw new Error(`somebody is blamed without proof:\n${block}`)
}

/** The Deployments of whose pods none is left. */
async function replaced(site: LabInstallation, before: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  const now = await podsOf(site)
  const isGone = ([workload, uids]: readonly [string, readonly string[]]) => !uids.some((uid) => now.get(workload)?.includes(uid))
  return [...before]
    .filter(isGone)
    .map(([workload]) => workload)
    .sort()
}
