"""Class lists as Canvas, Moodle and nbgrader export them, with people who do not exist."""

from __future__ import annotations

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Reading (101),vae (4711),Assignments Current Score,Final Score
,,,,,,Manual Posting,,,
"    Points Possible",,,,,,10.00,40.00,(read only),(read only)
"Able, Ada",1001,S-0001,ada,"Lab 1 and Lab 2","- was late, twice",7.00,,70.0,70.0
"Bunce, Bo",1002,S-0002,bo@example.org,Lab 1,,N/A,,,
"Öst, Çetin",1003,S-0003,oest,Lab 1,,EX,12.00,30.0,30.0
"Student, Test",1004,,5f4dcc3b5aa765d61d83,Lab 1,,,,,
"""

MOODLE = """\
"First name","Last name","ID number",Institution,"Email address","Assignment: vae (Real)",\
"Assignment: vae (Percentage)","Assignment: vae (Feedback)","Quiz: Reading (Real)","Last downloaded from this course"
Ada,Able,0001,,ada@example.org,-,-,"- nice
- work",7.00,1700000000
Bo,Bunce,0002,=1+1,bo@example.org,,,,-,1700000000
Çetin,Öst,0003,,oest@example.org,12.00,30.00,,3.00,1700000000
"""

NBGRADER = """\
id,first_name,last_name,email,lms_user_id
ada,Ada,Able,ada@example.org,1001
bo,Bo,Bunce,bo@example.org,1002
oest,Çetin,Öst,oest@example.org,
"""

ROSTERS = {"canvas": CANVAS, "moodle": MOODLE, "nbgrader": NBGRADER}
