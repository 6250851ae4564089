/** What tests, demos and benchmarks use of the lab. */
export type { ServerStatus } from './control.ts'
export { findLab, Lab, LabServer } from './lab.ts'
export { type StartOptions, startLab } from './start.ts'
