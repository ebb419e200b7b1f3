@echo off
rem Starts kgcoop on Windows; builds it first where there is no build. Nobody has run this file yet:
rem there was no Windows at hand. After a change of the sources delete app\target\built.
setlocal
set "here=%~dp0"
set "target=%here%app\target"
if not exist "%target%\built" (
  echo kgcoop: building, once; a few minutes the first time, while libraries are fetched 1>&2
  call "%here%mvnw.cmd" -f "%here%pom.xml" -q -B -pl app -am -Dmaven.test.skip -Dspotless.check.skip package 1>&2 || exit /b 70
  echo built> "%target%\built"
)
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
"%java%" "@%here%jvm.options" -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Xmx3g -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxPhysicalBytes=20g %KGCOOP_OPTS% -cp "%target%\kgcoop-app-0.1.0-SNAPSHOT.jar;%target%\lib\*" org.kgcoop.cli.Main %*
exit /b %ERRORLEVEL%
