"""temporary"""
import sys
from autograder.course import open_course
from autograder.audit import audit_assignment

def main():
    args=sys.argv[1:]
    if args[0]=="audit":
        course=open_course()
        names=[a for a in args[1:] if not a.startswith("-")] or course.names()
        quiet="-q" in args
        seeds=range(int(next((a[2:] for a in args if a.startswith("-n")),"1")))
        for n in names:
            a=course.assignment(n)
            print(n, a.title, f"{a.points:g} points", len(a.exercises),"exercises", sum(len(e.checks) for e in a.exercises),"checks")
            for e in a.exercises:
                print("  ",e.key,e.points,"visible",sum(c.info.points for c in e.checks if c.visibility=="visible"))
            bad=total=0
            for f in audit_assignment(a,seeds):
                total+=1; bad+=not f.ok
                if not f.ok: print(("ok  " if f.ok else "BAD "), f.exercise, f.subject, f.message)
            print(f"{total-bad} ok, {bad} bad")
