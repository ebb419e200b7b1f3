/**
 * Methods that learn inside of the image encoder, alone or with the text encoder. Their formulas
 * and settings are those of the published code; what each does otherwise stands at its class.
 */
@NullMarked
package org.kgcoop.method.encoder;

import org.jspecify.annotations.NullMarked;
