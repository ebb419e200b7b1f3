/**
 * Methods that train parameters inside the image encoder, or inside both encoders. Formulas and
 * settings follow the published code. The Javadoc of each class lists the differences.
 */
@NullMarked
package org.kgcoop.method.encoder;

import org.jspecify.annotations.NullMarked;
