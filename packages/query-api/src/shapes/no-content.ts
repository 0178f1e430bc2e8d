import { z } from 'zod';
import { describe } from './registry.ts';

export const NO_CONTENT = describe(z.null(), 'Done; there is nothing to say.');
