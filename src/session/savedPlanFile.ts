import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Basis, mismatches, parseSavedPlan, type SavedPlan, savedChanges, type UnsealedPlan } from '../plan/savedPlan.ts'
import { wasApplied } from '../state/history.ts'
import type { State } from '../state/state.ts'
import { address } from '../values/address.ts'
import { errnoCode } from '../values/errnoCode.ts'
import { type Fingerprint, keyIdOf } from '../values/fingerprint.ts'
import { canonicalJson, type Json } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { Sealed } from '../values/sealed.ts'
import { VERSION } from '../version.ts'
import type { Host } from './host.ts'
import type { CheckedPlan } from './planWithConsents.ts'
import type { Session } from './session.ts'

/** Saves a plan for one later apply, readable by its owner only. */
export async function savePlan(
  host: Host,
  file: string,
  session: Session,
  state: State,
  checked: CheckedPlan,
  options: Json,
): Promise<void> {
  const plan: UnsealedPlan = {
    format: 1,
    id: host.randomness.uuid(),
    options,
    basis: basisOf(session, state, checked),
    changes: changesOf(checked),
  }
  const saved: SavedPlan = { ...plan, seal: sealOf(plan, session) }
  const path = resolve(host.cwd, file)
  try {
    await writeFile(path, `${JSON.stringify(saved, null, 1)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new ProblemError(unwritable(file, errnoCode(error)))
  }
}

/** Reads a saved plan. Throws a ProblemError for any other file. */
export async function loadPlan(host: Host, file: string): Promise<SavedPlan> {
  const text = await readFile(resolve(host.cwd, file), 'utf8').catch((error) => {
    throw new ProblemError({
      code: 'plan/unreadable',
      summary: `The saved plan ${file} cannot be read (${errnoCode(error)}).`,
      remedy: CREATE_PLAN,
    })
  })
  const saved = parseSavedPlan(text)
  if (saved === 'other-format') throw new ProblemError(otherFormat(file))
  if (saved === undefined) throw new ProblemError(noPlan(file))
  return saved
}

/**
 * Throws unless the plan is exactly what was saved for this installation. Comes before anything in it is used: it
 * contains what its apply may do.
 */
export function verifySeal(saved: SavedPlan, session: Session): void {
  const { seal, ...plan } = saved
  if (keyIdOf(seal) !== session.readContext.fingerprint.keyId)
    throw new ProblemError(stale(['the encryption key (or this is the plan of another installation)']))
  if (seal !== sealOf(plan, session)) throw new ProblemError(EDITED)
}

/** Keyed by the encryption key: without that key no plan can be written or changed. */
function sealOf(plan: UnsealedPlan, { readContext }: Session): Fingerprint {
  return readContext.fingerprint.of(address('plan', plan.id), 'seal', Sealed.of(canonicalJson(plan as unknown as Json)))
}

/** Throws, with all that differs, unless a complete plan made now equals the saved one. */
export function assertPlanCurrent(saved: SavedPlan, session: Session, state: State, checked: CheckedPlan): void {
  if (checked.problems.length > 0) return
  const differs = mismatches(saved, basisOf(session, state, checked), changesOf(checked))
  if (differs.length > 0) throw new ProblemError(stale(differs))
}

/** Throws when an apply of this plan was started before, however it ended. */
export async function assertPlanUnused({ id }: SavedPlan, { store }: Session): Promise<void> {
  if (await wasApplied(store.folder, id)) throw new ProblemError(used(id))
}

function used(id: string): Problem {
  return {
    code: 'plan/used',
    summary: `The saved plan ${id} was applied before.`,
    remedy: 'A saved plan can be applied once. Create a new one: groundcrew plan -out FILE',
  }
}

function stale(differs: readonly string[]): Problem {
  return {
    code: 'plan/stale',
    summary: 'The saved plan is out of date.',
    detail: `Changed since it was saved: ${differs.join('; ')}.`,
    remedy: 'Nothing was changed. Create a new plan: groundcrew plan -out FILE',
  }
}

function basisOf(session: Session, state: State, checked: CheckedPlan): Basis {
  const { resolved, fileText, readContext } = session
  const inputs = [...resolved.secrets].map(
    ([pointer, secret]) => [pointer, readContext.fingerprint.of(address('input', pointer), 'value', secret)] as const,
  )
  const { name, version, digest } = resolved.chart
  const blobs = resolved.archive?.images.flatMap((image) => [image.config.digest, ...image.layers.map((layer) => layer.digest)])
  return {
    tool: VERSION,
    file: sha256(fileText),
    inputs: Object.fromEntries(inputs),
    chart: { name, version, digest },
    archive: blobs === undefined ? '' : sha256(canonicalJson(blobs as Json)),
    world: checked.world ?? { cluster: '', objectStore: '', objectStoreEndpoint: '', registries: [] },
    // Before the first apply there is no state: the lineage that it will get is not part of the plan.
    lineage: state.serial === 0 ? '' : state.lineage,
    serial: state.serial,
  }
}

function changesOf({ planned }: CheckedPlan): SavedPlan['changes'] {
  return savedChanges(planned.plan, new Map([...planned.observed].map(([address, { guard }]) => [address, guard])))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const CREATE_PLAN = 'Create one: groundcrew plan -out FILE'
const EDITED: Problem = {
  code: 'plan/edited',
  summary: 'The saved plan was edited or damaged after it was saved.',
  remedy: 'Nothing was changed. Create a new plan: groundcrew plan -out FILE',
}

function noPlan(file: string): Problem {
  return { code: 'plan/no-plan', summary: `${file} is not a saved plan, or is incomplete.`, remedy: CREATE_PLAN }
}

function otherFormat(file: string): Problem {
  const summary = `The saved plan ${file} is in a format that groundcrew ${VERSION} cannot read.`
  return {
    code: 'plan/other-format',
    summary,
    remedy: 'Apply it with the version that saved it, or create a new plan: groundcrew plan -out FILE',
  }
}

function unwritable(file: string, reason: string): Problem {
  const exists = reason === 'EEXIST'
  return {
    code: 'plan/unwritable',
    summary: `The plan cannot be saved to ${file} (${reason}).`,
    remedy: exists
      ? 'An existing file is never overwritten: name another file, or delete that one.'
      : 'Check the permissions and the free space of its folder.',
  }
}
