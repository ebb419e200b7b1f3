/**
 * Methods that learn inside of the image tower, alone or with the text tower. Their formulas and
 * settings are those of the published code; what each does otherwise stands at its class.
 */
@NullMarked
package org.kgcoop.method.tower;

import org.jspecify.annotations.NullMarked;
