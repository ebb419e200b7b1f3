@echo off
rem Starts kgcoop on Windows: an unpacked archive as it is; a checkout after a build, where there is none.
rem No test runs this file; the one of CI on Windows runs Maven. After a change of the sources delete
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
rem As the launcher of other systems: threads that wait do not spin, and in short commands only methods that run
rem very often reach the optimizing compiler.
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
set "quick="
set "often=-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=50000 -XX:Tier4CompileThreshold=50000 -XX:Tier4BackEdgeThreshold=500000"
for %%w in (help inspect export report predict --help --version -h -V) do if "%~1"=="%%w" set "quick=%often%"
if "%~1"=="" set "quick=%often%"
rem Folders of images, unlike those of a classifier, are long work.
if not "%~1"=="predict" if not "%~1"=="inspect" goto scanned
:scan
if "%~2"=="" goto scanned
if exist "%~2\*" if not exist "%~2\classifier.safetensors" set "quick="
shift /2
goto scan
:scanned
rem Questions are asked where somebody can answer: timeout refuses an input that is no console.
set "terminal=true"
timeout /t 0 >nul 2>nul || set "terminal=false"
rem From Java 19 on the JVM keeps an archive of class data by itself; Java 17 goes without.
set "archive="
if defined LOCALAPPDATA (
  if not exist "%LOCALAPPDATA%\kgcoop" mkdir "%LOCALAPPDATA%\kgcoop" 2>nul
  set archive=-XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=%LOCALAPPDATA%\kgcoop\classes.jsa" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off
)
"%java%" "@%here%jvm.options" %archive% %quick% -Xmx3g -Dorg.bytedeco.javacpp.maxPhysicalBytes=20g -Dkgcoop.terminal=%terminal% %KGCOOP_OPTS% -cp "%jars%" org.kgcoop.cli.Main %*
exit /b %ERRORLEVEL%
