import { expectExit, type LabInstallation } from '../support/installation.ts'

export type Told = { address: string; is: string; fields: { field: string; class: string }[] }

/** What drift tells of one resource; it has to be drifted. */
export async function told(site: LabInstallation, address: string): Promise<Told> {
  const ran = expectExit(await site.groundcrew(['drift', '--output', 'json']), 2)
  const { drifted } = JSON.parse(ran.stdout) as { drifted: Told[] }
  const own = drifted.find((one) => one.address === address)
  if (own === undefined) throw new Error(JSON.stringify(drifted, undefined, 2))
  return own
}
