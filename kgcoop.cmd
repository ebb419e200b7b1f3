@echo off
rem Starts kgcoop on Windows: an unpacked archive as it is; a checkout after a build, where there is none.
rem Nobody has run this file yet: there was no Windows at hand. After a change of the sources delete
rem app\target\built.
setlocal
set "here=%~dp0"
set "jars=%here%lib\*"
if not exist "%here%pom.xml" goto start
set "target=%here%app\target"
set "jars=%target%\kgcoop-app.jar;%target%\lib\*"
if not exist "%target%\built" (
  echo kgcoop: building, once; a few minutes the first time, while libraries are fetched 1>&2
  call "%here%mvnw.cmd" -f "%here%pom.xml" -q -B -pl app -am -Dmaven.test.skip -Dspotless.check.skip package 1>&2 || exit /b 70
  echo built> "%target%\built"
)
:start
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
"%java%" "@%here%jvm.options" -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Xmx3g -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxPhysicalBytes=20g %KGCOOP_OPTS% -cp "%jars%" org.kgcoop.cli.Main %*
exit /b %ERRORLEVEL%
