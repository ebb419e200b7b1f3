/**
 * Methods by name and settings ({@link org.kgcoop.method.catalogue.MethodCatalogue}), with
 * published defaults ({@link org.kgcoop.method.catalogue.PublishedDefaults}), and as trained
 * classifiers in files ({@link org.kgcoop.method.catalogue.ClassifierFile}).
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.method.catalogue;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
