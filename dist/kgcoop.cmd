@echo off
rem Starts kgcoop on Windows. The launcher of a checkout sets KGCOOP_JARS, KGCOOP_MAIN and KGCOOP_JVM. No test runs this file.
setlocal
set "home=%~dp0"
if exist "%~dp0..\jvm.options" set "home=%~dp0..\"
if not defined KGCOOP_MAIN set "KGCOOP_MAIN=org.kgcoop.cli.Main"
if not defined KGCOOP_JARS set "KGCOOP_JARS=%home%lib\*"
rem An archive has its own Java.
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
if exist "%home%runtime\bin\java.exe" set "java=%home%runtime\bin\java"
rem Otherwise, waiting threads spin.
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
rem Only a console can answer questions. timeout rejects an input that is no console.
set "terminal=true"
timeout /t 0 >nul 2>nul || set "terminal=false"
rem A search has many small objects that live to its end. With this collector, they take half the memory.
set "collector="
if "%~1"=="search" if not defined KGCOOP_OPTS set "collector=-XX:+UseSerialGC"
"%java%" "@%home%jvm.options" %collector% %KGCOOP_JVM% -Xmx3g -Dkgcoop.terminal=%terminal% %KGCOOP_OPTS% -cp "%KGCOOP_JARS%" %KGCOOP_MAIN% %*
exit /b %ERRORLEVEL%
