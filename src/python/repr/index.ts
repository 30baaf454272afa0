/** The text of values: what the report uses of it. */
export { ValueWriter } from './values.js';
