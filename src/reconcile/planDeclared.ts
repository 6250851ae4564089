import type { ErasedDeclared, ErasedDesire, ErasedKind, ErasedObservation } from '../kinds/erasedKind.ts'
import { type Finding, NO_IMPACT, type ReadContext, type Upstream, type WriteAction } from '../kinds/kind.ts'
import { type Decision, decide } from '../plan/decide.ts'
import type { Node } from '../plan/graph.ts'
import { isWrite, type PlannedChange } from '../plan/plan.ts'
import type { Acceptance, Acceptances } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type FactMap } from '../values/json.ts'
import { blocked, blockedByDependency, type EarlierResources, orBlocked, type PlannedResource } from './plannedResource.ts'

/** A declared resource, and what is known of it before the world is observed. */
export type DeclaredResource = {
  readonly declared: ErasedDeclared
  readonly kind: Pick<ErasedKind, 'replaceOnly' | 'traits'>
  /** With all that it waits for in this plan. */
  readonly node: Node
  /** The facts last applied, if the state has any. */
  readonly last: FactMap | undefined
  readonly acceptances: Acceptances
}

/** Plans the change of a declared resource that was observed. */
export async function planDeclared(
  resource: DeclaredResource,
  observed: ErasedObservation,
  earlier: EarlierResources,
  context: ReadContext,
): Promise<PlannedResource> {
  const { declared, node } = resource
  if (observed.public.is === 'unknown') return blocked(declared, observed.public.why)
  return (
    blockedByDependency(node, earlier) ??
    orBlocked(declared, async () => planChange(resource, observed, await observed.desire(context, upstreamOf(earlier))))
  )
}

function planChange(resource: DeclaredResource, observed: ErasedObservation, desired: ErasedDesire): PlannedResource {
  const { declared, acceptances } = resource
  const { address } = declared
  const decision = decideOn(resource, observed, desired)
  const { action, edits } = decision
  const isPresent = observed.public.is === 'present'
  const accepted = isPresent ? edits.flatMap((edit) => acceptances.of(address, edit.pointer) ?? []) : []
  if (action === 'repair' && accepted.length === edits.length) return acceptDrift(declared, observed, desired, accepted)
  const write = isWrite(action) ? (action as WriteAction) : undefined
  return {
    change: changeOf(resource, decision, desired, write),
    ...(write && { step: { action: write, carryOut: (context) => desired.converge(context, write, edits) } }),
    ...observedFacts(observed, desired),
    ...(declared.bookkeep && { bookkeep: declared.bookkeep }),
    exposed: { current: observed.exposedTo(), planned: desired.exposedTo() },
    outdatedReaders: desired.outdatedReaders,
    findings: [...accepted.map((acceptance) => acceptanceIgnored(address, acceptance)), ...desired.findings],
  }
}

function decideOn({ declared, kind, last }: DeclaredResource, observed: ErasedObservation, desired: ErasedDesire): Decision {
  const { public: live } = observed
  return decide({
    desired: desired.facts,
    observed: live.is === 'present' ? { is: 'present', facts: live.facts, by: live.by } : { is: 'absent' },
    last,
    origins: declared.origins,
    replaceOnly: kind.replaceOnly,
    repairPointers: desired.repairPointers,
  })
}

function changeOf(
  { declared, kind }: DeclaredResource,
  { action, edits }: Decision,
  desired: ErasedDesire,
  write: WriteAction | undefined,
): PlannedChange {
  const { address, after, removalPolicy } = declared
  const { objects } = kind.traits
  const impact = write === undefined ? NO_IMPACT : desired.impact(write, edits)
  const optional = { ...(objects && { objects }), ...(removalPolicy && { removalPolicy }) }
  return { address, action, edits, impact, after, desired: desired.facts, ...optional }
}

function observedFacts({ public: live }: ErasedObservation, { bookkeeping }: ErasedDesire): Pick<PlannedResource, 'observed'> {
  if (live.is !== 'present') return {}
  return { observed: { facts: live.facts, guard: live.guard, ...(bookkeeping && { bookkeeping }) } }
}

/** A change of more than what is accepted is planned completely: the plan must show that before the apply. */
function acceptanceIgnored(address: Address, { field, reason, until, at }: Acceptance): Finding {
  return {
    address,
    code: 'plan/accepted-undone',
    summary: `${field} is accepted until ${until} (${reason}), and becomes as declared with the other changes of ${address}.`,
    ...(at && { at }),
    remedy: 'To keep the live value, declare it, or leave this resource out: -exclude.',
  }
}

/** Nothing is changed and nothing is recorded, so that the difference is drift again once the acceptance expires. */
function acceptDrift(
  { address, after, removalPolicy }: ErasedDeclared,
  observed: ErasedObservation,
  desired: ErasedDesire,
  accepted: readonly Acceptance[],
): PlannedResource {
  const findings = accepted.map(({ field, reason, until, at }) => ({
    address,
    code: 'plan/accepted-drift',
    summary: `${field} is not as declared, which is accepted until ${until}: ${reason}.`,
    ...(at && { at }),
    remedy: 'To have it repaired, remove it from drift.accept.',
  }))
  const exposed = observed.exposedTo()
  return {
    change: { address, action: 'accept', edits: [], impact: NO_IMPACT, after, ...(removalPolicy && { removalPolicy }) },
    ...(exposed && { exposed: { current: exposed, planned: exposed } }),
    findings: [...findings, ...desired.findings],
  }
}

function upstreamOf(earlier: EarlierResources): Upstream {
  const changes = (address: Address) => {
    const { current, planned } = earlier.get(address)?.exposed ?? {}
    return current !== undefined && planned !== undefined && canonicalJson(planned) !== canonicalJson(current)
  }
  return {
    exposedTo: (address) => earlier.get(address)?.exposed?.planned,
    changes,
    outdatedReaders: (address) => earlier.get(address)?.outdatedReaders ?? new Map(),
  }
}
