package org.kgcoop.cli.options;

import java.util.Iterator;
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
}
