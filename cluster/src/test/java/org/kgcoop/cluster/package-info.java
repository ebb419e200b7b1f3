@NullMarked
package org.kgcoop.cluster;

import org.jspecify.annotations.NullMarked;
