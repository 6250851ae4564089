import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Basis, mismatches, parseSavedPlan, type SavedPlan, savedChanges, type UnsealedPlan } from '../plan/savedPlan.ts'
import { errnoCode } from '../state/fileStore.ts'
import { wasApplied } from '../state/journal.ts'
import type { State } from '../state/state.ts'
import { address } from '../values/address.ts'
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

/** Reads a saved plan. Throws a ProblemError for anything else. */
export async function loadPlan(host: Host, file: string): Promise<SavedPlan> {
  const text = await readFile(resolve(host.cwd, file), 'utf8').catch((error) => {
    throw new ProblemError({
      code: 'plan/unreadable',
      summary: `The saved plan ${file} cannot be read (${errnoCode(error)}).`,
      remedy: ANOTHER,
    })
  })
  const saved = parseSavedPlan(text)
  if (saved === 'other-format') throw new ProblemError(otherFormat(file))
  if (saved === undefined) throw new ProblemError(noPlan(file))
  return saved
}

/**
 * Throws unless the plan is, to the letter, what was saved for this installation. Comes before anything in it is used: it
 * holds what its apply may do.
 */
export function verifySeal(saved: SavedPlan, session: Session): void {
  const { seal, ...plan } = saved
  if (keyIdOf(seal) !== session.readContext.fingerprint.keyId)
    throw new ProblemError(stale(['the encryption key (or the plan is of another installation)']))
  if (seal !== sealOf(plan, session)) throw new ProblemError(EDITED)
}

/** Keyed by the encryption key, so that nobody without it can write or change a plan. */
function sealOf(plan: UnsealedPlan, { readContext }: Session): Fingerprint {
  return readContext.fingerprint.of(address('plan', plan.id), 'seal', Sealed.of(canonicalJson(plan as unknown as Json)))
}

/** Throws, with all that differs, unless a complete plan made now equals the saved one. */
export function assertCurrent(saved: SavedPlan, session: Session, state: State, checked: CheckedPlan): void {
  if (checked.problems.length > 0) return
  const differs = mismatches(saved, basisOf(session, state, checked), changesOf(checked))
  if (differs.length > 0) throw new ProblemError(stale(differs))
}

/** Throws when an apply of this plan was started before, however it ended. */
export async function assertUnused({ id }: SavedPlan, { store }: Session): Promise<void> {
  if (await wasApplied(store.folder, id)) throw new ProblemError(used(id))
}

function used(id: string): Problem {
  return {
    code: 'plan/used',
    summary: `The saved plan ${id} was applied before.`,
    remedy: 'A saved plan is applied once: make a new one with groundcrew plan -out FILE.',
  }
}

function stale(differs: readonly string[]): Problem {
  return {
    code: 'plan/stale',
    summary: 'The saved plan no longer holds.',
    detail: `Changed since it was made: ${differs.join('; ')}.`,
    remedy: 'Make a new one: groundcrew plan -out FILE. Nothing was changed.',
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
    // A first apply has no state yet: whichever lineage it will get is not part of the plan.
    lineage: state.serial === 0 ? '' : state.lineage,
    serial: state.serial,
  }
}

function changesOf({ planned }: CheckedPlan): SavedPlan['changes'] {
  return savedChanges(planned.plan, new Map([...planned.observed].map(([where, seen]) => [where, seen.guard])))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const ANOTHER = 'groundcrew plan -out FILE makes one.'
const EDITED: Problem = {
  code: 'plan/edited',
  summary: 'The saved plan is not as it was saved: it was edited or damaged.',
  remedy: `Nothing was changed. Make a new one: groundcrew plan -out FILE.`,
}

function noPlan(file: string): Problem {
  return { code: 'plan/no-plan', summary: `${file} is no saved plan, or was cut short.`, remedy: ANOTHER }
}

function otherFormat(file: string): Problem {
  const summary = `The saved plan ${file} is in a format that groundcrew ${VERSION} does not know.`
  return { code: 'plan/other-format', summary, remedy: `Apply it with the version that made it, or make a new one: ${ANOTHER}` }
}

function unwritable(file: string, why: string): Problem {
  const exists = why === 'EEXIST'
  return {
    code: 'plan/unwritable',
    summary: `The plan cannot be saved to ${file} (${why}).`,
    remedy: exists
      ? 'A plan is never overwritten: name another file, or remove that one.'
      : 'Look at the rights and the free space of its folder.',
  }
}
