/** The job within the process of the test, on images of the embedded data. */
@NullMarked
package org.kgcoop.cluster.features;

import org.jspecify.annotations.NullMarked;
