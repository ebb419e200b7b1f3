/** Tests of the feature job in the process of the test, with images of the embedded data. */
@NullMarked
package org.kgcoop.cluster.features;

import org.jspecify.annotations.NullMarked;
