@NullMarked
package org.kgcoop.pretrain;

import org.jspecify.annotations.NullMarked;
