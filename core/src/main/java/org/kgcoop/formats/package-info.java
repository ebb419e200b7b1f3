/**
 * File formats of results, which other modules provide: {@link org.kgcoop.formats.FeatureFormat}
 * and {@link org.kgcoop.formats.TableFormat}.
 */
@NullMarked
package org.kgcoop.formats;

import org.jspecify.annotations.NullMarked;
