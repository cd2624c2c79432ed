/** An expression in a configuration: `waiting + active`. */
import { z } from 'zod';

export const expression = z
  .string()
  .min(1)
  .meta({ title: 'expression', examples: ['waiting + active', 'max(1, jobs / 20)'] });
