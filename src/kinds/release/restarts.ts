import { canonicalJson, isMap, type Json } from '../../values/json.ts'
import type { Restart } from '../kind.ts'

/** The pod templates of a manifest's Deployments, by name. Fields the manifest leaves out are left out on both sides. */
export type Templates = ReadonlyMap<string, { readonly template: string; readonly replicas: number }>

/** Reads a rendered manifest: YAML documents as Helm joins them. */
export async function podTemplates(manifest: string): Promise<Templates> {
  const { parseAllDocuments } = await import('yaml')
  const found = new Map<string, { template: string; replicas: number }>()
  for (const document of parseAllDocuments(manifest)) {
    const object: unknown = document.toJS()
    if (!isMap(object) || object.kind !== 'Deployment' || !isMap(object.metadata) || !isMap(object.spec)) continue
    const replicas = typeof object.spec.replicas === 'number' ? object.spec.replicas : 1
    found.set(String(object.metadata.name), { template: canonicalJson((object.spec.template ?? null) as Json), replicas })
  }
  return found
}

/** The Deployments whose pods the change from one manifest to another replaces. New ones start, they do not restart. */
export function restartsBetween(before: Templates, after: Templates): readonly Restart[] {
  return [...after].flatMap(([workload, { template }]) => {
    const old = before.get(workload)
    return old === undefined || old.template === template ? [] : [{ workload, pods: old.replicas }]
  })
}
