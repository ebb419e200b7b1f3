package org.kgcoop.cli.options;

import java.util.Iterator;
import java.util.List;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.ZeroShot;

/** The names of all methods, for help texts. */
public final class MethodNames implements Iterable<String> {
  /** The five methods of the published table. */
  public static final String TABLE =
      ZeroShot.ID + "," + CoOp.ID + "," + ProGrad.ID + "," + CoCoOp.ID + "," + KgCoOp.ID;

  @Override
  public Iterator<String> iterator() {
    return MethodRegistry.ids().iterator();
  }

  /** The names of the methods that are trained by gradient descent. */
  public static final class Trained implements Iterable<String> {
    static List<String> all() {
      return MethodRegistry.ids().stream()
          .filter(id -> MethodRegistry.of(id).withDefaults().trained().isPresent())
          .toList();
    }

    @Override
    public Iterator<String> iterator() {
      return all().iterator();
    }
  }
}
