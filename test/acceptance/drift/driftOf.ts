import { expectExit, type LabInstallation } from '../support/installation.ts'

export type DriftedField = { field: string; class: string }
export type DriftedResource = { address: string; is: string; keysUnknown: boolean; fields: DriftedField[] }

/** All resources that drift reports; there has to be drift. */
export async function allDrift(installation: LabInstallation): Promise<DriftedResource[]> {
  const { stdout } = expectExit(await installation.groundcrew(['drift', '--output', 'json']), 2)
  return (JSON.parse(stdout) as { drifted: DriftedResource[] }).drifted
}

/** What drift reports about one resource, which has to be drifted. */
export async function driftOf(installation: LabInstallation, address: string): Promise<DriftedResource> {
  const drifted = await allDrift(installation)
  const resource = drifted.find((candidate) => candidate.address === address)
  if (resource === undefined) throw new Error(`${address} is not reported:\n${JSON.stringify(drifted, undefined, 2)}`)
  return resource
}
