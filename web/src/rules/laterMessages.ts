/** Messages that the page reads later can be checked once this file has come, with the panels. */

import { addSchemas } from "./messageChecks";
import later from "./laterSchemas.generated.json" with { type: "json" };

addSchemas(later);
