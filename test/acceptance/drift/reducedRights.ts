import type { Policy, Role, Rule } from './leastPrivilegeUser.ts'

/** A role without one verb on one resource. */
export type ReducedRole = {
  readonly role: Role
  readonly original: Role
  readonly rule: Rule
  readonly verb: string
  readonly resource: string
}

/** One reduced role for each verb on each resource. */
export function reducedRoles(original: Role): ReducedRole[] {
  return original.rules.flatMap((rule) =>
    rule.resources.flatMap((resource) => rule.verbs.map((verb) => reducedRole(original, rule, resource, verb))),
  )
}

function reducedRole(original: Role, rule: Rule, resource: string, verb: string): ReducedRole {
  const otherResources = { ...rule, resources: rule.resources.filter((other) => other !== resource) }
  const otherVerbs = { ...rule, resources: [resource], verbs: rule.verbs.filter((other) => other !== verb) }
  const rules = original.rules
    .flatMap((candidate) => (candidate === rule ? [otherResources, otherVerbs] : [candidate]))
    .filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0)
  return { role: { ...original, rules }, original, rule: { ...rule, resources: [resource] }, verb, resource }
}

/** A policy without one action. */
export type ReducedPolicy = { readonly policy: Policy; readonly action: string }

export function reducedPolicies(original: Policy): ReducedPolicy[] {
  return original.Statement.flatMap(({ Action }) => Action).map((action) => {
    const statements = original.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((other) => other !== action),
    }))
    return { action, policy: { ...original, Statement: statements.filter(({ Action }) => Action.length > 0) } }
  })
}
