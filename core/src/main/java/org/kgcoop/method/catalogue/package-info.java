/**
 * A method by its name and settings ({@link org.kgcoop.method.catalogue.MethodCatalogue}), by what
 * was published ({@link org.kgcoop.method.catalogue.PublishedDefaults}), or by a file that holds it
 * trained ({@link org.kgcoop.method.catalogue.ClassifierFile}).
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.method.catalogue;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
